/** A call that has no counterpart without a cluster, and why. */
export class Outside extends Error {}

/** A call that is refused by name before an event comes. */
export class Refused extends Error {}
