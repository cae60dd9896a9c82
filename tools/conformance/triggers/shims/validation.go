package v1beta1

import (
	"context"
	"errors"

	"knative.dev/pkg/apis"
)

func (e *EventListener) Validate(ctx context.Context) *apis.FieldError {
	return bitiqValidated("EventListener", e, e.bitiqReal_Validate(ctx))
}

func (t *Trigger) Validate(ctx context.Context) *apis.FieldError {
	return bitiqValidated("Trigger", t, t.bitiqReal_Validate(ctx))
}

func (tb *TriggerBinding) Validate(ctx context.Context) *apis.FieldError {
	return bitiqValidated("TriggerBinding", tb, tb.bitiqReal_Validate(ctx))
}

func (ctb *ClusterTriggerBinding) Validate(ctx context.Context) *apis.FieldError {
	return bitiqValidated("ClusterTriggerBinding", ctb, ctb.bitiqReal_Validate(ctx))
}

func (t *TriggerTemplate) Validate(ctx context.Context) *apis.FieldError {
	return bitiqValidated("TriggerTemplate", t, t.bitiqReal_Validate(ctx))
}

func bitiqValidated(kind string, object any, found *apis.FieldError) *apis.FieldError {
	var err error
	if found != nil {
		err = errors.New(found.Error())
	}
	bitiqRecord("validation", map[string]any{"kind": kind, "object": object}, nil, err)
	return found
}
