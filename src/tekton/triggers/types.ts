import type { Place } from '../../model/errors.ts';

export interface CelInterceptor {
  readonly kind: 'cel';
  readonly name: string;
  readonly filter?: string | undefined;
  readonly overlays: readonly { readonly key: string; readonly expression: string }[];
}

export interface GithubInterceptor {
  readonly kind: 'github';
  readonly name: string;
  readonly secret?: { readonly name: string; readonly key: string } | undefined;
  /** Undefined allows every event. */
  readonly eventTypes?: readonly string[] | undefined;
}

export type Interceptor = CelInterceptor | GithubInterceptor;

export interface BindingParam {
  readonly name: string;
  readonly value: string;
}

/** A binding that stands in a trigger, or the name of one. */
export type Binding =
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
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly interceptors: readonly Interceptor[];
  readonly bindings: readonly Binding[];
  /** The name of a template, or the template itself. */
  readonly template: string | TriggerTemplate;
  readonly place: Place;
}

export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values: readonly string[];
  }[];
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

/** An EventListener with everything it can reach. */
export interface Listener {
  readonly listener: EventListener;
  readonly triggers: readonly Trigger[];
  readonly bindings: ReadonlyMap<string, readonly BindingParam[]>;
  readonly clusterBindings: ReadonlyMap<string, readonly BindingParam[]>;
  readonly templates: ReadonlyMap<string, TriggerTemplate>;
}
