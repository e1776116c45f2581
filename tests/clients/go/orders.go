package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/hamba/avro/v2"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// The Avro orders as Go structs. The JSON tags give the protocol's form of a record.
type buyer struct {
	Name string  `avro:"name" json:"name"`
	City *string `avro:"city" json:"city"`
}

type orderV1 struct {
	ID       string            `avro:"id" json:"id"`
	Quantity int32             `avro:"quantity" json:"quantity"`
	Total    int64             `avro:"total" json:"total"`
	Price    float64           `avro:"price" json:"price"`
	Paid     bool              `avro:"paid" json:"paid"`
	Status   string            `avro:"status" json:"status"`
	Tags     []string          `avro:"tags" json:"tags"`
	Labels   map[string]string `avro:"labels" json:"labels"`
	Note     *string           `avro:"note" json:"note"`
	Payload  []byte            `avro:"payload" json:"payload"`
	Created  time.Time         `avro:"created" json:"-"`
	Buyer    buyer             `avro:"buyer" json:"buyer"`
	Millis   int64             `avro:"-" json:"created"` // Created in the protocol's form
}

func (o *orderV1) pack() { o.Created = time.UnixMilli(o.Millis).UTC() }

func (o *orderV1) unpack() {
	o.Millis = o.Created.UnixMilli()
	if o.Tags == nil { // an empty array leaves the slice nil, which JSON writes as null
		o.Tags = []string{}
	}
	if o.Payload == nil { // and so do empty bytes that were decrypted
		o.Payload = []byte{}
	}
}

// avroOrder is each variant: pack fills the Avro fields from the JSON ones, unpack the reverse.
type avroOrder interface {
	Schema() avro.Schema
	pack()
	unpack()
}

type orderV2 struct {
	orderV1
	Currency string `avro:"currency" json:"currency"`
}

type orderBad struct {
	orderV2
	Discount float64 `avro:"discount" json:"discount"`
}

// Schema makes the serializer use the text of the schema file, as generated Go code does.
func (*orderV1) Schema() avro.Schema { return mustAvro("v1") }

// Schema is promoted otherwise and would name the embedded struct's schema.
func (*orderV2) Schema() avro.Schema { return mustAvro("v2") }

// Schema: see orderV2.
func (*orderBad) Schema() avro.Schema { return mustAvro("bad") }

func mustAvro(variant string) avro.Schema {
	text, err := schemaText("avro", variant)
	if err != nil {
		panic(err)
	}
	// A cache of its own: the three variants share one record name.
	schema, err := avro.ParseWithCache(text, "", &avro.SchemaCache{})
	if err != nil {
		panic(err)
	}
	return schema
}

func newAvroOrder(variant string) avroOrder {
	switch variant {
	case "v2":
		return &orderV2{}
	case "bad":
		return &orderBad{}
	}
	return &orderV1{} // "refs" is v1 with the buyer in a schema of its own
}

func avroOrderOf(variant string, record json.RawMessage) (avroOrder, error) {
	order := newAvroOrder(variant)
	if err := json.Unmarshal(record, order); err != nil {
		return nil, err
	}
	order.pack()
	return order, nil
}

// sample is the record whose schema the serializers infer.
type sample struct {
	ID    string  `avro:"id" json:"id"`
	Count int64   `avro:"count" json:"count"`
	Ratio float64 `avro:"ratio" json:"ratio"`
	On    bool    `avro:"on" json:"on"`
}

// newJSONOrder returns a struct whose reflected schema is the variant's. The type is called Order each
// time, because its name is part of the schema.
func newJSONOrder(variant string) any {
	type Buyer struct {
		Name string  `json:"name"`
		City *string `json:"city" jsonschema:"oneof_type=string;null"`
	}
	type common struct {
		ID     string            `json:"id" jsonschema:"minLength=1"`
		Total  int64             `json:"total"`
		Price  float64           `json:"price"`
		Paid   bool              `json:"paid"`
		Status string            `json:"status" jsonschema:"enum=NEW,enum=SENT,enum=RETURNED"`
		Tags   []string          `json:"tags"`
		Labels map[string]string `json:"labels"`
		Note   *string           `json:"note" jsonschema:"oneof_type=string;null"`
		Buyer  Buyer             `json:"buyer"`
	}
	switch variant {
	case "v1", "refs":
		type Order struct {
			common
			Quantity int32 `json:"quantity"`
		}
		return &Order{}
	case "v2":
		type Order struct {
			common
			Quantity int32   `json:"quantity"`
			Currency *string `json:"currency,omitempty" jsonschema:"default=EUR"`
		}
		return &Order{}
	}
	type Order struct {
		common
		Quantity string  `json:"quantity"`
		Currency *string `json:"currency,omitempty" jsonschema:"default=EUR"`
	}
	return &Order{}
}

func protoOrder(variant string) (protoreflect.MessageDescriptor, error) {
	raw, err := os.ReadFile(filepath.Join(os.Getenv("DESCRIPTORS"), variant+".pb"))
	if err != nil {
		return nil, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(raw, set); err != nil {
		return nil, err
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, err
	}
	desc, err := files.FindDescriptorByName("shop.Shop.Order")
	if err != nil {
		return nil, err
	}
	return desc.(protoreflect.MessageDescriptor), nil
}

func newProtoOrder(desc protoreflect.MessageDescriptor, record json.RawMessage) (*dynamicpb.Message, error) {
	message := dynamicpb.NewMessage(desc)
	return message, protojson.Unmarshal(record, message)
}

func protoRecord(message proto.Message) (any, error) {
	options := protojson.MarshalOptions{EmitDefaultValues: true, UseProtoNames: true}
	raw, err := options.Marshal(message)
	return json.RawMessage(raw), err
}
