import ipaddr from 'ipaddr.js';

const readIpv6 = (address: string): ipaddr.IPv6 | null =>
  ipaddr.IPv6.isValid(address) ? ipaddr.IPv6.parse(address) : null;

/** A zone (RFC 4007) names an interface of this machine, not where the call comes from. */
const dropZone = (address: string | null): string => address?.replace(/%.*$/s, '') ?? '';

const formatNetwork = ({ parts }: ipaddr.IPv6, bits: 48 | 64): string => {
  const kept = parts.map((part, index) => (index < bits / 16 ? part : 0));
  return `${new ipaddr.IPv6(kept).toRFC5952String()}/${bits}`;
};

/**
 * What an address is counted by: an IPv4 address itself, an IPv6 address by the /64 of its network, in the one spelling
 * of RFC 5952. Whatever is no address shares the key `unknown`.
 */
export const readAddressKey = (address: string | null): string => {
  const bare = dropZone(address);
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return bare;
  const parsed = readIpv6(bare);
  if (parsed === null) return 'unknown';
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : formatNetwork(parsed, 64);
};

/** The /48 of an IPv6 address: one site may hold all of its 65,536 networks (RFC 6177). Null for every other address. */
export const readSiteKey = (address: string | null): string | null => {
  const parsed = readIpv6(dropZone(address));
  return parsed === null || parsed.isIPv4MappedAddress() ? null : formatNetwork(parsed, 48);
};
