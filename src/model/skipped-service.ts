/** A service that has a newer tag and stays where it is. */
export interface SkippedService {
  readonly service: string;
  readonly tag: string;
  readonly why: 'held' | 'frozen' | 'flap' | 'image' | 'branch';
  /** A sentence for a person. */
  readonly message: string;
}
