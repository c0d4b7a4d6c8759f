const UUID_BYTES = 16;
const TEXT_FORM = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

/**
 * The 16 bytes of a UUID (RFC 9562).
 *
 * @throws {TypeError} where the text is none
 */
export const readUuidBytes = (uuid: string): Buffer => {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  if (bytes.length !== UUID_BYTES) throw new TypeError('This is no UUID.');
  return bytes;
};

/** The UUID of 16 bytes, in lower case. */
export const formatUuid = (bytes: Buffer): string => bytes.toString('hex').replace(TEXT_FORM, '$1-$2-$3-$4-$5');
