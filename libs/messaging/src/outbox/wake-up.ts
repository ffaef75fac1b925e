/** A wait that ends early when called; a call that comes before the wait is not lost. */
export class WakeUp {
  private called = false;
  private wake: (() => void) | null = null;

  call(): void {
    this.called = true;
    this.wake?.();
  }

  async wait(timeoutMs: number): Promise<void> {
    if (!this.called) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.called = false;
    this.wake = null;
  }
}
