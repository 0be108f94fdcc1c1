/** A value that may hold a password, for people to read: passwords of addresses are stars, any other value is. */
export function maskSecrets(value: string): string {
  if (!/^\w[\w+.-]*:\/\//.test(value)) return '***';
  return value
    .replace(/^(\w[\w+.-]*:\/\/[^/?#@]*?):[^/?#]*@/, '$1:***@')
    .replace(/([?&](?:password|passfile|sslkey|sslpassword)=)[^&#]*/gi, '$1***');
}
