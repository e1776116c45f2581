// The Go workers of the client matrix: one program, two clients.
//
//	worker confluent   github.com/confluentinc/confluent-kafka-go/v2 and its serdes
//	worker franz       github.com/twmb/franz-go with pkg/sr and hamba/avro
//
// Each line on standard input is a JSON request, each line on standard output its answer; the
// protocol is in ../README.md.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
)

// request is one operation of the driver. Readers holds one result's reader schema each; null reads
// with the writer's schema.
type request struct {
	Op       string `json:"op"`
	Topic    string `json:"topic"`
	Format   string `json:"format"`
	Schema   string `json:"schema"`
	Inferred bool   `json:"inferred"`
	Lookup   bool   `json:"lookup"`
	Header   bool   `json:"header"`
	// Pinned, when set, are the metadata properties that pick the subject's version.
	Pinned map[string]string `json:"pinned"`
	// Encrypted, when set, runs the encryption rules of the subject's latest version.
	Encrypted *encrypted `json:"encrypted"`
	// References are those of the schema; the driver has registered what they point at.
	References []reference       `json:"references"`
	Records    []json.RawMessage `json:"records"`
	Readers    []*string         `json:"readers"`
	Count      int               `json:"count"`
	Subject    string            `json:"subject"`
}

type reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// client is what a Kafka-and-registry package pair has to do here.
type client interface {
	hello() map[string]any
	// produce serializes the records, sends them, and returns the frames' values.
	produce(req *request) ([][]byte, error)
	// consume reads the topic's first records and deserializes them once per reader.
	consume(req *request) ([][]any, error)
	// describe takes a client's error apart into message, status and code.
	describe(err error) map[string]any
}

// frame is a record's value and headers as they are on the wire.
type frame struct {
	value   []byte
	headers map[string][]byte
}

func schemaText(format, variant string) (string, error) {
	suffix := map[string]string{"avro": "avsc", "json": "json"}[format]
	raw, err := os.ReadFile(filepath.Join(os.Getenv("SCHEMAS"), format, variant+"."+suffix))
	return string(raw), err
}

func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return path
	}
	for _, dep := range info.Deps {
		if dep.Path == path {
			return path + " " + dep.Version
		}
	}
	return path
}

func answer(c client, req *request) map[string]any {
	switch req.Op {
	case "hello":
		return c.hello()
	case "produce":
		frames, err := c.produce(req)
		if err != nil {
			return map[string]any{"ok": false, "error": c.describe(err)}
		}
		return map[string]any{"ok": true, "first": frames[0], "frames": frames}
	case "admin":
		return map[string]any{"ok": true, "checks": franzAdmin(req.Subject)}
	case "consume":
		results, err := c.consume(req)
		if err != nil {
			return map[string]any{"ok": false, "error": c.describe(err)}
		}
		return map[string]any{"ok": true, "results": results}
	}
	return map[string]any{"ok": false, "error": map[string]any{"message": "no operation " + req.Op}}
}

func run(name string) error {
	start := map[string]func() (client, error){"confluent": newConfluent, "franz": newFranz}[name]
	if start == nil {
		return fmt.Errorf("usage: worker confluent|franz")
	}
	c, err := start()
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	dec := json.NewDecoder(in)
	for dec.More() {
		var req request
		if err := dec.Decode(&req); err != nil {
			return err
		}
		if err := out.Encode(answer(c, &req)); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	name := ""
	if len(os.Args) == 2 {
		name = os.Args[1]
	}
	if err := run(name); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
}
