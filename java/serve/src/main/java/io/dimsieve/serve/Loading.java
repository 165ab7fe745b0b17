package io.dimsieve.serve;

/** How a model comes from its file to memory. */
public enum Loading {
  /**
   * The file is mapped, and every byte compared with its checksum. Processes that open the same file share its pages, which the system may drop and read again.
   */
  MAPPED,
  /**
   * The file is mapped, and only its header checked: opens in milliseconds, whatever the size of the file. A damaged file may give wrong scores or end the
   * process, so only for files that were verified where they came from.
   */
  MAPPED_UNVERIFIED,
  /** Verified and copied to memory of its own, in huge pages where the system has them: the fastest for large tables, and the only way on CUDA. */
  COPIED
}
