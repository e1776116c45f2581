package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/rest"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/avrov2"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/jsonschema"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/protobuf"
	"google.golang.org/protobuf/types/dynamicpb"
)

const waitMS = 30000

// confluent drives confluent-kafka-go. Its Avro serializer registers a schema without the fields'
// defaults (the text it prints is the canonical one), so a version that adds a field with a default
// is registered through the client and the serializer takes the subject's latest version.
type confluent struct{ wire transport }

func newConfluent() (client, error) {
	bootstrap := os.Getenv("BOOTSTRAP")
	if bootstrap == "" {
		return &confluent{fileTransport{os.Getenv("FRAMES")}}, nil
	}
	producer, err := kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": bootstrap, "linger.ms": 0})
	if err != nil {
		return nil, err
	}
	return &confluent{&confluentTransport{bootstrap, producer}}, nil
}

func (*confluent) hello() map[string]any {
	return map[string]any{
		"ok":      true,
		"client":  "go",
		"package": moduleVersion("github.com/confluentinc/confluent-kafka-go/v2"),
		"formats": map[string]any{
			"avro":     map[string]any{"register": "auto", "new": "reader", "old": "reader"},
			"json":     map[string]any{"register": "auto", "new": "writer", "old": "writer"},
			"protobuf": map[string]any{"register": "auto", "new": "reader", "old": "reader"},
		},
		"inferred": []string{"avro", "json"},
		"header":   []string{"avro", "json", "protobuf"},
		// The serializers cannot infer references: such a schema is registered through the client.
		"references": []string{"avro", "json"},
		"pinned":     []string{"avro"},
		"encrypted":  []string{"avro"},
	}
}

func (*confluent) describe(err error) map[string]any {
	// The client hands on rest.Error by value or by pointer.
	var pointer *rest.Error
	if errors.As(err, &pointer) {
		return map[string]any{"message": pointer.Message, "code": pointer.Code}
	}
	return map[string]any{"message": err.Error()}
}

func newRegistryClient() (schemaregistry.Client, error) {
	return schemaregistry.NewClient(schemaregistry.NewConfig(os.Getenv("REGISTRY_URL")))
}

func (c *confluent) produce(req *request) ([][]byte, error) {
	registry, err := newRegistryClient()
	if err != nil {
		return nil, err
	}
	defer registry.Close()
	serializer, err := newSerializer(registry, req)
	if err != nil {
		return nil, err
	}
	frames := []frame{}
	for _, record := range req.Records {
		message, err := goValue(req, record)
		if err != nil {
			return nil, err
		}
		headers, value, err := serializer.SerializeWithHeaders(req.Topic, message)
		if err != nil {
			return nil, err
		}
		f := frame{value: value, headers: map[string][]byte{}}
		for _, header := range headers {
			f.headers[header.Key] = header.Value
		}
		frames = append(frames, f)
	}
	if err := c.wire.send(req.Topic, frames); err != nil {
		return nil, err
	}
	return values(frames), nil
}

// goValue makes the Go value that the serializer takes for a record.
func goValue(req *request, record json.RawMessage) (any, error) {
	switch {
	case req.Inferred:
		message := &sample{}
		return message, json.Unmarshal(record, message)
	case req.Format == "avro":
		return avroOrderOf(req.Schema, record)
	case req.Format == "json":
		message := newJSONOrder(req.Schema)
		return message, json.Unmarshal(record, message)
	}
	desc, err := protoOrder(req.Schema)
	if err != nil {
		return nil, err
	}
	return newProtoOrder(desc, record)
}

func newSerializer(registry schemaregistry.Client, req *request) (serde.Serializer, error) {
	var idSerializer serde.SchemaIDSerializerFunc = serde.PrefixSchemaIDSerializer
	if req.Header {
		idSerializer = serde.HeaderSchemaIDSerializer
	}
	switch req.Format {
	case "avro":
		conf := avrov2.NewSerializerConfig()
		conf.AutoRegisterSchemas = !req.Lookup && req.Pinned == nil && req.Encrypted == nil
		conf.UseLatestWithMetadata = req.Pinned
		conf.UseLatestVersion = req.Encrypted != nil
		if !req.Inferred && (req.Schema == "v2" || req.References != nil) {
			if err := registerText(registry, req); err != nil {
				return nil, err
			}
			conf.AutoRegisterSchemas = false
			conf.UseLatestVersion = true
		}
		s, err := avrov2.NewSerializer(registry, serde.ValueSerde, conf)
		if err != nil {
			return nil, err
		}
		s.SchemaIDSerializer = idSerializer
		return s, useRules(s, req)
	case "json":
		conf := jsonschema.NewSerializerConfig()
		conf.EnableValidation = true
		conf.AutoRegisterSchemas = !req.Lookup
		if req.References != nil {
			if err := registerText(registry, req); err != nil {
				return nil, err
			}
			conf.AutoRegisterSchemas = false
			conf.UseLatestVersion = true
		}
		s, err := jsonschema.NewSerializer(registry, serde.ValueSerde, conf)
		if err != nil {
			return nil, err
		}
		s.SchemaIDSerializer = idSerializer
		return s, nil
	}
	conf := protobuf.NewSerializerConfig()
	conf.AutoRegisterSchemas = !req.Lookup
	s, err := protobuf.NewSerializer(registry, serde.ValueSerde, conf)
	if err != nil {
		return nil, err
	}
	s.SchemaIDSerializer = idSerializer
	return s, nil
}

func registerText(registry schemaregistry.Client, req *request) error {
	text, err := schemaText(req.Format, req.Schema)
	if err != nil {
		return err
	}
	info := schemaregistry.SchemaInfo{Schema: text, SchemaType: strings.ToUpper(req.Format)}
	for _, r := range req.References {
		info.References = append(info.References, schemaregistry.Reference(r))
	}
	_, err = registry.Register(req.Topic+"-value", info, false)
	return err
}

func (c *confluent) consume(req *request) ([][]any, error) {
	registry, err := newRegistryClient()
	if err != nil {
		return nil, err
	}
	defer registry.Close()
	frames, err := c.wire.receive(req.Topic, req.Count)
	if err != nil {
		return nil, err
	}
	results := [][]any{}
	for _, variant := range req.Readers {
		decode, err := newDecoder(registry, req, variant)
		if err != nil {
			return nil, err
		}
		records := []any{}
		for _, f := range frames {
			record, err := decode(f)
			if err != nil {
				return nil, err
			}
			records = append(records, record)
		}
		results = append(results, records)
	}
	return results, nil
}

// decoder turns a frame into the protocol's form of a record.
type decoder func(frame) (any, error)

func kafkaHeaders(f frame) []kafka.Header {
	headers := []kafka.Header{}
	for name, value := range f.headers {
		headers = append(headers, kafka.Header{Key: name, Value: value})
	}
	return headers
}

func newDecoder(registry schemaregistry.Client, req *request, variant *string) (decoder, error) {
	switch req.Format {
	case "avro":
		return avroDecoder(registry, req, variant)
	case "json":
		d, err := jsonschema.NewDeserializer(registry, serde.ValueSerde, jsonschema.NewDeserializerConfig())
		if err != nil {
			return nil, err
		}
		return func(f frame) (any, error) {
			var value any
			err := d.DeserializeWithHeadersInto(req.Topic, kafkaHeaders(f), f.value, &value)
			return value, err
		}, nil
	}
	return protoDecoder(registry, req.Topic, variant)
}

// avroDecoder reads v2 with the subject's latest version, which is the only reader schema the package
// knows, and v1 with the writer's schema into a struct that lacks the later fields.
func avroDecoder(registry schemaregistry.Client, req *request, variant *string) (decoder, error) {
	conf := avrov2.NewDeserializerConfig()
	conf.UseLatestWithMetadata = req.Pinned
	conf.UseLatestVersion = req.Pinned == nil && variant != nil && *variant == "v2"
	d, err := avrov2.NewDeserializer(registry, serde.ValueSerde, conf)
	if err != nil {
		return nil, err
	}
	if err := useRules(d, req); err != nil {
		return nil, err
	}
	return func(f frame) (any, error) {
		if variant == nil && req.Encrypted != nil { // rules find fields by the type's tags
			return decodeOrder(d, req.Topic, f, "v1")
		}
		if variant == nil {
			target := map[string]any{}
			err := d.DeserializeWithHeadersInto(req.Topic, kafkaHeaders(f), f.value, &target)
			return target, err
		}
		return decodeOrder(d, req.Topic, f, *variant)
	}, nil
}

func decodeOrder(d *avrov2.Deserializer, topic string, f frame, variant string) (any, error) {
	order := newAvroOrder(variant)
	err := d.DeserializeWithHeadersInto(topic, kafkaHeaders(f), f.value, order)
	order.unpack()
	return order, err
}

func protoDecoder(registry schemaregistry.Client, topic string, variant *string) (decoder, error) {
	if variant == nil {
		return nil, fmt.Errorf("a Protobuf message type is needed to read into")
	}
	desc, err := protoOrder(*variant)
	if err != nil {
		return nil, err
	}
	d, err := protobuf.NewDeserializer(registry, serde.ValueSerde, protobuf.NewDeserializerConfig())
	if err != nil {
		return nil, err
	}
	return func(f frame) (any, error) {
		message := dynamicpb.NewMessage(desc)
		if err := d.DeserializeWithHeadersInto(topic, kafkaHeaders(f), f.value, message); err != nil {
			return nil, err
		}
		return protoRecord(message)
	}, nil
}

// confluentTransport is the package's own Kafka client, librdkafka inside.
type confluentTransport struct {
	bootstrap string
	producer  *kafka.Producer
}

func (t *confluentTransport) send(topic string, frames []frame) error {
	done := make(chan kafka.Event, len(frames))
	for _, f := range frames {
		message := &kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: 0},
			Value:          f.value,
			Headers:        kafkaHeaders(f),
		}
		if err := t.producer.Produce(message, done); err != nil {
			return err
		}
	}
	for range frames {
		select {
		case event := <-done:
			if err := event.(*kafka.Message).TopicPartition.Error; err != nil {
				return err
			}
		case <-time.After(waitMS * time.Millisecond):
			return fmt.Errorf("the broker did not take every record in time")
		}
	}
	return nil
}

func (t *confluentTransport) receive(topic string, count int) ([]frame, error) {
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": t.bootstrap, "group.id": "matrix-go",
		"enable.auto.commit": false, "fetch.wait.max.ms": 50,
	})
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	err = consumer.Assign([]kafka.TopicPartition{{Topic: &topic, Partition: 0, Offset: kafka.OffsetBeginning}})
	if err != nil {
		return nil, err
	}
	frames := []frame{}
	for len(frames) < count {
		message, err := consumer.ReadMessage(waitMS * time.Millisecond)
		if err != nil {
			return nil, fmt.Errorf("%d of %d records: %w", len(frames), count, err)
		}
		f := frame{value: message.Value, headers: map[string][]byte{}}
		for _, header := range message.Headers {
			f.headers[header.Key] = header.Value
		}
		frames = append(frames, f)
	}
	return frames, nil
}
