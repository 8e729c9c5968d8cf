// The serial console: what is typed on it, and its size. What it prints comes with the news.

export interface ConsoleApi {
  /** Keyboard input to the serial console, UTF-8. */
  type(text: string): Promise<void>;
  /** Tells the guest how many character cells its console shows; sizes that no terminal has are ignored. */
  resize(columns: number, rows: number): Promise<void>;
}
