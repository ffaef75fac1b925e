import type { ClassConstructor } from 'class-transformer';
import {
  ComputerRemoved,
  EVENTS,
  ExecutionAnomaly,
  GroupChanged,
  GroupMembersChanged,
  JobArchived,
  JobAttemptsEnded,
  JobCancelRequested,
  JobComputersTold,
  JobExecutionsReady,
  JobProgressed,
  JobStatusChanged,
  JobTargetsAssigned,
  JobTargetsLeft,
  JobWaveReleased,
  PackageVersionPublished,
  PackageVersionWithdrawn,
} from './events.js';

export type EventType = (typeof EVENTS)[keyof typeof EVENTS];

/** What each event carries: the class that its body is checked against. */
export const EVENT_CLASSES = {
  [EVENTS.packageVersionPublished]: PackageVersionPublished,
  [EVENTS.packageVersionWithdrawn]: PackageVersionWithdrawn,
  [EVENTS.groupChanged]: GroupChanged,
  [EVENTS.groupMembersChanged]: GroupMembersChanged,
  [EVENTS.computerRemoved]: ComputerRemoved,
  [EVENTS.jobStatusChanged]: JobStatusChanged,
  [EVENTS.jobTargetsAssigned]: JobTargetsAssigned,
  [EVENTS.jobExecutionsReady]: JobExecutionsReady,
  [EVENTS.jobWaveReleased]: JobWaveReleased,
  [EVENTS.jobArchived]: JobArchived,
  [EVENTS.jobComputersTold]: JobComputersTold,
  [EVENTS.jobTargetsLeft]: JobTargetsLeft,
  [EVENTS.jobCancelRequested]: JobCancelRequested,
  [EVENTS.jobProgressed]: JobProgressed,
  [EVENTS.jobAttemptsEnded]: JobAttemptsEnded,
  [EVENTS.executionAnomaly]: ExecutionAnomaly,
} as const satisfies Record<EventType, ClassConstructor<object>>;
