// Notifications for the record, with who in the guest made them: a driver may make any number, so that of those which come
// soon after another only the number is kept. A request of the IOMMU comes with one of its own: while a queue is quiet, what
// time it is, is looked at between two ticks only.

import type { Recorder, RecordTime } from '../trace/record/recorder.ts';
import type { EndpointNotification } from './who-view.ts';

/** Milliseconds of guest time between two marks of one queue at least. */
export const QUIET_MS = 100;
/** Marks in that time at most, whatever the queues. */
export const MAX_IN_QUIET = 32;
/** No device here has more queues: a guest may write any number. */
const MAX_QUEUES = 64;

interface Queue {
  notification: EndpointNotification;
  /** Notifications that no mark tells of. */
  count: number;
  /** Whether a mark tells of it already, and until when, or somewhat later. */
  isQuiet: boolean;
  nextMs: number;
}

export class RecordNotifications {
  readonly #recorder: Recorder;
  readonly #now: () => RecordTime;
  readonly #whoNow: () => number;
  readonly #queues = new Map<number, Queue>();
  /** The one that was notified last: its notifications are one object as long as no other comes between. */
  #latest: Queue | undefined;
  #dueMs = Infinity;
  #windowMs = 0;
  #marks = 0;

  /** `whoNow` gives the number of who makes a notification while it is told. */
  constructor(recorder: Recorder, now: () => RecordTime, whoNow: () => number) {
    this.#recorder = recorder;
    this.#now = now;
    this.#whoNow = whoNow;
  }

  take(notification: EndpointNotification): void {
    const latest = this.#latest;
    const queue = latest?.notification === notification ? latest : this.#queueOf(notification);
    if (queue === undefined) return;
    queue.count += 1;
    if (queue.isQuiet) return;
    const time = this.#now();
    if (this.#hasRoom(time.timeMs)) this.#mark(queue, time, this.#whoNow());
    else this.#dueMs = Math.min(this.#dueMs, this.#windowMs + QUIET_MS);
  }

  /** Milliseconds of guest time before which `pass` does nothing. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** A tick has ended: tells of notifications that no other came after, in the tick after their quiet time. */
  pass(time: RecordTime): void {
    if (time.timeMs < this.#dueMs) return;
    this.#dueMs = Infinity;
    for (const queue of this.#queues.values()) this.#passQueue(queue, time);
  }

  #passQueue(queue: Queue, time: RecordTime): void {
    if (queue.isQuiet) {
      queue.isQuiet = time.timeMs < queue.nextMs;
      if (queue.isQuiet || queue.count > 0) this.#dueMs = Math.min(this.#dueMs, queue.nextMs);
    } else if (queue.count > 0) {
      if (this.#hasRoom(time.timeMs)) this.#mark(queue, time, 0);
      else this.#dueMs = Math.min(this.#dueMs, this.#windowMs + QUIET_MS);
    }
  }

  /** The record goes on elsewhere. */
  forget(): void {
    this.#queues.clear();
    this.#latest = undefined;
    this.#dueMs = Infinity;
    this.#windowMs = 0;
    this.#marks = 0;
  }

  /** Undefined for a queue that no device has. */
  #queueOf(notification: EndpointNotification): Queue | undefined {
    const { endpoint, queue: index } = notification;
    if (index >= MAX_QUEUES) return undefined;
    const key = (endpoint ?? -1) * MAX_QUEUES + index;
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = { notification, count: 0, isQuiet: false, nextMs: 0 };
      this.#queues.set(key, queue);
    }
    queue.notification = notification;
    this.#latest = queue;
    return queue;
  }

  #hasRoom(timeMs: number): boolean {
    if (timeMs >= this.#windowMs + QUIET_MS) {
      this.#windowMs = timeMs;
      this.#marks = 0;
    }
    return this.#marks < MAX_IN_QUIET;
  }

  #mark(queue: Queue, time: RecordTime, who: number): void {
    const { notification, count } = queue;
    this.#recorder.mark({ kind: 'notification', ...notification, count }, time, who);
    this.#marks += 1;
    queue.count = 0;
    queue.isQuiet = true;
    queue.nextMs = time.timeMs + QUIET_MS;
    this.#dueMs = Math.min(this.#dueMs, queue.nextMs);
  }
}
