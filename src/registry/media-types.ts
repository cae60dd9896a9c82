/** Media types of the OCI image specification 1.1, and Docker's older names for the same bytes. */
export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
export const indexType = 'application/vnd.oci.image.index.v1+json';
export const configType = 'application/vnd.oci.image.config.v1+json';
export const gzipLayerType = 'application/vnd.oci.image.layer.v1.tar+gzip';
export const tarLayerType = 'application/vnd.oci.image.layer.v1.tar';
export const dockerManifestType = 'application/vnd.docker.distribution.manifest.v2+json';
export const dockerIndexType = 'application/vnd.docker.distribution.manifest.list.v2+json';

const layerTypes = new Map([
  [gzipLayerType, gzipLayerType],
  [tarLayerType, tarLayerType],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', gzipLayerType],
  ['application/vnd.docker.image.rootfs.diff.tar', tarLayerType],
]);

/** The OCI name of a layer's media type; undefined for one that bitiq cannot unpack (zstd, encrypted, foreign). */
export function layerTypeOf(mediaType: string): typeof gzipLayerType | typeof tarLayerType | undefined {
  return layerTypes.get(mediaType) as typeof gzipLayerType | typeof tarLayerType | undefined;
}

/** Whether a manifest of this type is a list of manifests, one a platform. */
export function isIndexType(mediaType: string | undefined): boolean {
  return mediaType === indexType || mediaType === dockerIndexType;
}
