// Recordings: the running session as a file.

export interface RecordingApi {
  /** The session so far, as the bytes of a recording. Rejects with an error for the user. */
  save(): Promise<Uint8Array<ArrayBuffer>>;
}
