import { CatalogueController } from './catalogue/catalogue.controller.js';
import { DesiredStateController } from './desired-state/desired-state.controller.js';
import { DownloadsController } from './downloads/downloads.controller.js';
import { EnrolController } from './enrolment/enrol.controller.js';
import { InventoryController } from './inventory/inventory.controller.js';
import { SessionsController } from './sessions/sessions.controller.js';

/** The agents' HTTP door, `/agent/v1`. */
export const DOOR = [
  EnrolController,
  SessionsController,
  InventoryController,
  DownloadsController,
  DesiredStateController,
  CatalogueController,
];
