/** A DNS label of at most 40 characters, so that every object's name derived from it stays under Kubernetes' 63. */
export const serviceNamePattern = '^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$';
const wholeName = new RegExp(serviceNamePattern);

/** Whether a text can name a service. */
export function isServiceName(text: string): boolean {
  return wholeName.test(text);
}
