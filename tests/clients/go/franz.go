package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hamba/avro/v2"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"
)

// franz drives franz-go: pkg/sr registers, fetches and frames; the codecs are the application's, as
// that package wants it.
type franz struct{ wire transport }

var protoIndex = []int{1, 0} // shop.Shop.Order: second message of its file, first inside it

func newFranz() (client, error) {
	bootstrap := os.Getenv("BOOTSTRAP")
	if bootstrap == "" {
		return &franz{fileTransport{os.Getenv("FRAMES")}}, nil
	}
	// Uncompressed: the default is Snappy, which kafkajs reads only with another package.
	producer, err := kgo.NewClient(kgo.SeedBrokers(bootstrap), kgo.AllowAutoTopicCreation(),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchCompression(kgo.NoCompression()))
	if err != nil {
		return nil, err
	}
	return &franz{&franzTransport{bootstrap, producer}}, nil
}

func (*franz) hello() map[string]any {
	reader := map[string]any{"register": "client", "new": "reader", "old": "reader"}
	writer := map[string]any{"register": "client", "new": "writer", "old": "writer"}
	return map[string]any{
		"ok":         true,
		"client":     "franz",
		"package":    moduleVersion("github.com/twmb/franz-go/pkg/sr"),
		"formats":    map[string]any{"avro": reader, "json": writer, "protobuf": reader},
		"inferred":   []string{},
		"header":     []string{},
		"references": []string{"avro", "json"},
		"pinned":     []string{},
		"admin":      true,
	}
}

func (*franz) describe(err error) map[string]any {
	var response *sr.ResponseError
	if errors.As(err, &response) {
		return map[string]any{"message": response.Message, "status": response.StatusCode,
			"code": response.ErrorCode}
	}
	return map[string]any{"message": err.Error()}
}

func newSR() (*sr.Client, error) {
	return sr.NewClient(sr.URLs(os.Getenv("REGISTRY_URL")))
}

func bounded() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), waitMS*time.Millisecond)
}

func (c *franz) produce(req *request) ([][]byte, error) {
	ctx, cancel := bounded()
	defer cancel()
	registry, err := newSR()
	if err != nil {
		return nil, err
	}
	schema, err := franzSchema(ctx, registry, req)
	if err != nil {
		return nil, err
	}
	register := registry.CreateSchema
	if req.Lookup {
		register = registry.LookupSchema
	}
	registered, err := register(ctx, req.Topic+"-value", schema)
	if err != nil {
		return nil, err
	}
	frames := []frame{}
	for _, record := range req.Records {
		value, err := franzEncode(registered.ID, req, record)
		if err != nil {
			return nil, err
		}
		frames = append(frames, frame{value: value})
	}
	if err := c.wire.send(req.Topic, frames); err != nil {
		return nil, err
	}
	return values(frames), nil
}

// franzSchema reads the schema's text; a .proto file's import is registered first, under its path.
func franzSchema(ctx context.Context, registry *sr.Client, req *request) (sr.Schema, error) {
	if req.Format != "protobuf" {
		text, err := schemaText(req.Format, req.Schema)
		kind := map[string]sr.SchemaType{"avro": sr.TypeAvro, "json": sr.TypeJSON}[req.Format]
		schema := sr.Schema{Schema: text, Type: kind}
		for _, r := range req.References {
			schema.References = append(schema.References, sr.SchemaReference(r))
		}
		return schema, err
	}
	folder := filepath.Join(os.Getenv("SCHEMAS"), "protobuf", req.Schema)
	imported := "shop/buyer.proto"
	text, err := os.ReadFile(filepath.Join(folder, imported))
	if err != nil {
		return sr.Schema{}, err
	}
	dep, err := registry.CreateSchema(ctx, imported, sr.Schema{Schema: string(text), Type: sr.TypeProtobuf})
	if err != nil {
		return sr.Schema{}, err
	}
	text, err = os.ReadFile(filepath.Join(folder, "shop/order.proto"))
	return sr.Schema{
		Schema: string(text),
		Type:   sr.TypeProtobuf,
		References: []sr.SchemaReference{
			{Name: imported, Subject: dep.Subject, Version: dep.Version},
		},
	}, err
}

func franzEncode(id int, req *request, record json.RawMessage) ([]byte, error) {
	serde := sr.NewSerde()
	switch req.Format {
	case "avro":
		order, err := avroOrderOf(req.Schema, record)
		if err != nil {
			return nil, err
		}
		schema := mustAvro("v1")
		if req.References == nil {
			schema = mustAvro(req.Schema)
		}
		serde.Register(id, order, sr.EncodeFn(func(v any) ([]byte, error) {
			return avro.Marshal(schema, v)
		}))
		return serde.Encode(order)
	case "json":
		serde.Register(id, json.RawMessage{}, sr.EncodeFn(json.Marshal))
		return serde.Encode(record)
	}
	desc, err := protoOrder(req.Schema)
	if err != nil {
		return nil, err
	}
	message, err := newProtoOrder(desc, record)
	if err != nil {
		return nil, err
	}
	serde.Register(id, message, sr.Index(protoIndex...), sr.EncodeFn(func(v any) ([]byte, error) {
		return proto.Marshal(v.(proto.Message))
	}))
	return serde.Encode(message)
}

func (c *franz) consume(req *request) ([][]any, error) {
	ctx, cancel := bounded()
	defer cancel()
	registry, err := newSR()
	if err != nil {
		return nil, err
	}
	frames, err := c.wire.receive(req.Topic, req.Count)
	if err != nil {
		return nil, err
	}
	results := [][]any{}
	for _, variant := range req.Readers {
		decoder := &franzDecoder{registry: registry, format: req.Format, variant: variant,
			writers: map[int]avro.Schema{}}
		records := []any{}
		for _, f := range frames {
			record, err := decoder.decode(ctx, f.value)
			if err != nil {
				return nil, err
			}
			records = append(records, record)
		}
		results = append(results, records)
	}
	return results, nil
}

// franzDecoder finds a frame's schema by its id and reads it with the reader variant, if there is one.
type franzDecoder struct {
	registry *sr.Client
	format   string
	variant  *string
	writers  map[int]avro.Schema // Avro: the resolved schema per id
}

func (d *franzDecoder) decode(ctx context.Context, value []byte) (any, error) {
	serde := sr.NewSerde()
	id, payload, err := serde.DecodeID(value)
	if err != nil {
		return nil, err
	}
	switch d.format {
	case "avro":
		return d.decodeAvro(ctx, id, payload)
	case "json":
		if _, err := d.registry.SchemaByID(ctx, id); err != nil {
			return nil, err
		}
		var record any
		return &record, json.Unmarshal(payload, &record)
	}
	index, payload, err := serde.DecodeIndex(payload, len(protoIndex))
	if err != nil {
		return nil, err
	}
	if fmt.Sprint(index) != fmt.Sprint(protoIndex) {
		return nil, fmt.Errorf("message index %v, expected %v", index, protoIndex)
	}
	desc, err := protoOrder(*d.variant)
	if err != nil {
		return nil, err
	}
	message := dynamicpb.NewMessage(desc)
	if err := proto.Unmarshal(payload, message); err != nil {
		return nil, err
	}
	return protoRecord(message)
}

func (d *franzDecoder) decodeAvro(ctx context.Context, id int, payload []byte) (any, error) {
	schema, ok := d.writers[id]
	if !ok {
		fetched, err := d.registry.SchemaByID(ctx, id)
		if err != nil {
			return nil, err
		}
		schema, err = d.parse(ctx, fetched, &avro.SchemaCache{})
		if err != nil {
			return nil, err
		}
		if d.variant != nil {
			schema, err = avro.NewSchemaCompatibility().Resolve(mustAvro(*d.variant), schema)
			if err != nil {
				return nil, err
			}
		}
		d.writers[id] = schema
	}
	if d.variant == nil {
		record := map[string]any{}
		return &record, avro.Unmarshal(schema, payload, &record)
	}
	order := newAvroOrder(*d.variant)
	if err := avro.Unmarshal(schema, payload, order); err != nil {
		return nil, err
	}
	order.unpack()
	return order, nil
}

// parse parses a schema after those it refers to, whose names it then finds in the cache.
func (d *franzDecoder) parse(
	ctx context.Context, schema sr.Schema, cache *avro.SchemaCache,
) (avro.Schema, error) {
	for _, r := range schema.References {
		referred, err := d.registry.SchemaByVersion(ctx, r.Subject, r.Version)
		if err != nil {
			return nil, err
		}
		if _, err := d.parse(ctx, referred.Schema, cache); err != nil {
			return nil, err
		}
	}
	return avro.ParseWithCache(schema.Schema, "", cache)
}

// franzTransport is franz-go's own Kafka client.
type franzTransport struct {
	bootstrap string
	producer  *kgo.Client
}

func (t *franzTransport) send(topic string, frames []frame) error {
	ctx, cancel := bounded()
	defer cancel()
	records := []*kgo.Record{}
	for _, f := range frames {
		records = append(records, &kgo.Record{Topic: topic, Partition: 0, Value: f.value})
	}
	return t.producer.ProduceSync(ctx, records...).FirstErr()
}

func (t *franzTransport) receive(topic string, count int) ([]frame, error) {
	ctx, cancel := bounded()
	defer cancel()
	consumer, err := kgo.NewClient(kgo.SeedBrokers(t.bootstrap),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}),
		kgo.FetchMaxWait(50*time.Millisecond))
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	frames := []frame{}
	for len(frames) < count {
		fetches := consumer.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return nil, fmt.Errorf("%d of %d records: %w", len(frames), count, err)
		}
		for _, record := range fetches.Records() {
			if len(frames) == count {
				break
			}
			f := frame{value: record.Value, headers: map[string][]byte{}}
			for _, header := range record.Headers {
				f.headers[header.Key] = header.Value
			}
			frames = append(frames, f)
		}
	}
	return frames, nil
}
