// The folder that host and guest share.

export interface ShareApi {
  /**
   * Puts a file there while the guest runs, until the next power on; one of the same name is replaced. Rejects with an error for the
   * user, and changes nothing, for a file that can not be there and on a machine without a shared folder.
   */
  give(name: string, file: Blob): Promise<void>;
}
