/** What of an image's configuration decides how its process starts (OCI image-spec, config). */
export interface StartConfig {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** `NAME=value` entries. */
  readonly environment: readonly string[];
  /** An absolute path inside the image. */
  readonly workingDirectory: string;
}

/** An image that is in the store. */
export interface FoundImage {
  /** `sha256:<hex>` of its manifest. */
  readonly digest: string;
  readonly config: StartConfig;
  /** Writes the image's files into a folder that does not exist yet. */
  unpack(into: string): Promise<void>;
}

/** Where images come from. */
export interface ImageStore {
  /** The image of a digest where one is given, whatever the tag names now, else of the tag; undefined while there is none. */
  find(repository: string, tag: string, digest?: string): Promise<FoundImage | undefined>;
}
