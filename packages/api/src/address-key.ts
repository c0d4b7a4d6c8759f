import ipaddr from 'ipaddr.js';

/**
 * What an address is counted by: an IPv4 address itself, an IPv6 address by the /64 that one household holds
 * (RFC 6177), in the one spelling of RFC 5952. Whatever is no address shares the key `unknown`.
 */
export const readAddressKey = (address: string | null): string => {
  // A zone (RFC 4007) names an interface of this machine, not where the call comes from.
  const bare = address?.replace(/%.*$/s, '') ?? '';
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return bare;
  if (!ipaddr.IPv6.isValid(bare)) return 'unknown';
  const parsed = ipaddr.IPv6.parse(bare);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return `${new ipaddr.IPv6([...parsed.parts.slice(0, 4), 0, 0, 0, 0]).toRFC5952String()}/64`;
};
