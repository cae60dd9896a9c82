import type { LabelSelector } from '../../kubernetes/label-selector.ts';
import type { Place } from '../../model/errors.ts';

export interface CelInterceptor {
  readonly kind: 'cel';
  readonly name: string;
  readonly filter?: string | undefined;
  readonly overlays: readonly { readonly key: string; readonly expression: string }[];
}

/** A key of a Secret. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** The common parameters of the Git hosts' interceptors. */
interface SignedInterceptor<Kind extends string> {
  readonly kind: Kind;
  readonly name: string;
  /** Undefined checks no signature. */
  readonly secret?: SecretKey | undefined;
  /** Undefined allows every event. */
  readonly eventTypes?: readonly string[] | undefined;
}

/** Whose pull requests and comments `githubOwners` lets through, beside those whom OWNERS names. */
export type OwnersCheck = 'orgMembers' | 'repoMembers' | 'all' | 'none';

export interface GithubInterceptor extends SignedInterceptor<'github'> {
  readonly changedFiles?: { readonly token?: SecretKey | undefined } | undefined;
  readonly owners?: { readonly token?: SecretKey | undefined; readonly check: OwnersCheck } | undefined;
}

export type GitlabInterceptor = SignedInterceptor<'gitlab'>;
export type BitbucketInterceptor = SignedInterceptor<'bitbucket'>;

export interface SlackInterceptor {
  readonly kind: 'slack';
  readonly name: string;
  readonly fields: readonly string[] | undefined;
}

export type Interceptor =
  CelInterceptor | GithubInterceptor | GitlabInterceptor | BitbucketInterceptor | SlackInterceptor;

export interface BindingParam {
  readonly name: string;
  readonly value: string;
}

/** A binding written in a trigger, or the name of one. */
export type BindingReference =
  | { readonly kind: 'inline'; readonly param: BindingParam; readonly place: Place }
  | {
      readonly kind: 'TriggerBinding' | 'ClusterTriggerBinding';
      readonly ref: string;
      readonly place: Place;
    };

export interface TriggerTemplate {
  readonly params: readonly { readonly name: string; readonly default?: string | undefined }[];
  /** Each template as the JSON into which values are put. */
  readonly resources: readonly string[];
  /** Puts quotes in as the oldest version of Triggers did. */
  readonly escapesQuotes: boolean;
}

export interface Trigger {
  readonly name: string;
  /** As written; without one it is the listener's. */
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly interceptors: readonly Interceptor[];
  readonly bindings: readonly BindingReference[];
  /** The name of a template, or the template itself. */
  readonly template: string | TriggerTemplate;
  readonly place: Place;
}

/** Which Triggers a listener or a group takes; without any selector it takes none. */
export interface TriggerSelector {
  readonly labels?: LabelSelector | undefined;
  readonly namespaces: readonly string[];
}

interface TriggerGroup {
  readonly name: string;
  readonly interceptors: readonly Interceptor[];
  readonly selector: TriggerSelector;
}

export interface EventListener {
  readonly name: string;
  readonly namespace: string;
  readonly triggers: readonly (Trigger | { readonly ref: string; readonly place: Place })[];
  readonly groups: readonly TriggerGroup[];
  readonly selector: TriggerSelector;
  readonly validatesPayload: boolean;
}

/** A value with the name and namespace of its object. */
interface NamedValue<T> {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly value: T;
}

/** An EventListener with everything it can reach. */
export interface Listener {
  readonly listener: EventListener;
  readonly triggers: readonly Trigger[];
  readonly bindings: readonly NamedValue<readonly BindingParam[]>[];
  readonly clusterBindings: readonly NamedValue<readonly BindingParam[]>[];
  readonly templates: readonly NamedValue<TriggerTemplate>[];
}
