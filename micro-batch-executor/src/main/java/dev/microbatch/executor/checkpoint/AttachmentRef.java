package dev.microbatch.executor.checkpoint;

import java.io.Serializable;

/**
 * Where an attachment is.
 *
 * @param file the name of the data file
 * @param offset where it begins, in bytes
 * @param length in bytes
 * @param sha256 its checksum, in hex digits: strong enough to say that two are the same
 */
public record AttachmentRef(String file, long offset, int length, String sha256)
    implements Serializable {}
