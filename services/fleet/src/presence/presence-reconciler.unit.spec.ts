import { PresenceReconciler } from './presence-reconciler.js';

class CountingManagement {
  looks = 0;
  down = false;
  async agentConnections() {
    if (this.down) throw new Error('down');
    this.looks += 1;
    return [];
  }
}

const presence = { reconcile: async () => undefined, sweep: async () => undefined };

describe('PresenceReconciler', () => {
  it('looks at its start, not at every turn, and when events were missed', async () => {
    const management = new CountingManagement();
    const reconciler = new PresenceReconciler(management as never, presence as never);
    await reconciler.turn();
    await reconciler.turn();
    expect(management.looks).toBe(1);
    reconciler.eventsMissed();
    await reconciler.turn();
    await reconciler.turn();
    expect(management.looks).toBe(2);
  });

  it('stays due while the broker does not answer', async () => {
    const management = new CountingManagement();
    management.down = true;
    const reconciler = new PresenceReconciler(management as never, presence as never);
    await expect(reconciler.turn()).rejects.toThrow('down');
    management.down = false;
    await reconciler.turn();
    expect(management.looks).toBe(1);
  });
});
