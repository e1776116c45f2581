package main

import (
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rules/encryption"
	// Their init functions register the key services.
	_ "github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rules/encryption/hcvault"
	_ "github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rules/encryption/localkms"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
)

// encrypted is how fields are encrypted: the rules' configuration, and how many days ahead the
// executor's clock is, so that deks expire.
type encrypted struct {
	Conf map[string]string `json:"conf"`
	Days int64             `json:"days"`
}

type later struct{ days int64 }

func (l later) NowUnixMilli() int64 {
	return time.Now().UnixMilli() + l.days*encryption.MillisInDay
}

type ruled interface {
	SetRuleRegistry(registry *serde.RuleRegistry, ruleConfig map[string]string) error
}

// useRules gives a serializer or deserializer executors of its own when the request asks for them.
func useRules(s ruled, req *request) error {
	if req.Encrypted == nil {
		return nil
	}
	registry := serde.NewRuleRegistry()
	registry.RegisterExecutor(encryption.NewFieldExecutorWithClock(later{req.Encrypted.Days}))
	return s.SetRuleRegistry(&registry, req.Encrypted.Conf)
}
