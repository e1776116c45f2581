// confluent-kafka-go's serializers on the record of bench/client_avro.c.
//
//	client_go REGISTRY DATA      prints "name nanoseconds" per line, the best of many rounds
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/avrov2"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/jsonschema"
)

const (
	rounds = 200
	batch  = 20
)

type order struct {
	ID       int64    `avro:"id" json:"id"`
	Customer string   `avro:"customer" json:"customer"`
	Quantity int32    `avro:"quantity" json:"quantity"`
	Price    float64  `avro:"price" json:"price"`
	Paid     bool     `avro:"paid" json:"paid"`
	Note     *string  `avro:"note" json:"note"`
	Tags     []string `avro:"tags" json:"tags"`
	Created  int64    `avro:"created" json:"created"`
}

func best(name string, call func() error) {
	least := time.Duration(1 << 62)
	for i := 0; i < rounds; i++ {
		start := time.Now()
		for k := 0; k < batch; k++ {
			must(call())
		}
		if took := time.Since(start); took < least {
			least = took
		}
	}
	fmt.Printf("%s %.1f\n", name, float64(least.Nanoseconds())/batch)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func text(name string) string {
	bytes, err := os.ReadFile(filepath.Join(os.Args[2], name))
	must(err)
	return string(bytes)
}

func register(client schemaregistry.Client, subject, kind, file string) {
	_, err := client.Register(subject, schemaregistry.SchemaInfo{Schema: text(file), SchemaType: kind}, false)
	must(err)
}

func measure(name string, ser serde.Serializer, de serde.Deserializer, value *order) {
	topic := "go-" + name
	frame, err := ser.Serialize(topic, value)
	must(err)
	best(name+"-write", func() error { _, err := ser.Serialize(topic, value); return err })
	best(name+"-read", func() error { return de.DeserializeInto(topic, frame, &order{}) })
}

func main() {
	client, err := schemaregistry.NewClient(schemaregistry.NewConfig(os.Args[1]))
	must(err)
	value := &order{}
	must(json.Unmarshal([]byte(text("order.json")), value))
	register(client, "go-avro-value", "AVRO", "order.avsc")
	register(client, "go-json-value", "JSON", "order.schema.json")

	avro := avrov2.NewSerializerConfig()
	avro.AutoRegisterSchemas, avro.UseLatestVersion = false, true
	avroSer, err := avrov2.NewSerializer(client, serde.ValueSerde, avro)
	must(err)
	avroDe, err := avrov2.NewDeserializer(client, serde.ValueSerde, avrov2.NewDeserializerConfig())
	must(err)
	measure("avro", avroSer, avroDe, value)

	conf := jsonschema.NewSerializerConfig()
	conf.AutoRegisterSchemas, conf.UseLatestVersion, conf.EnableValidation = false, true, true
	jsonSer, err := jsonschema.NewSerializer(client, serde.ValueSerde, conf)
	must(err)
	jsonDe, err := jsonschema.NewDeserializer(client, serde.ValueSerde, jsonschema.NewDeserializerConfig())
	must(err)
	measure("json", jsonSer, jsonDe, value)
}
