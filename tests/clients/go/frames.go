package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// transport moves frames of one topic, in order.
type transport interface {
	send(topic string, frames []frame) error
	receive(topic string, count int) ([]frame, error)
}

func values(frames []frame) [][]byte {
	all := [][]byte{}
	for _, f := range frames {
		all = append(all, f.value)
	}
	return all
}

// fileTransport keeps a topic as a file of JSON lines, for runs without a broker.
type fileTransport struct{ folder string }

type fileRow struct {
	Value   []byte      `json:"value"`
	Headers [][2]string `json:"headers"`
}

func (t fileTransport) path(topic string) string {
	return filepath.Join(t.folder, topic+".jsonl")
}

func (t fileTransport) send(topic string, frames []frame) error {
	file, err := os.OpenFile(t.path(topic), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	enc := json.NewEncoder(file)
	for _, f := range frames {
		row := fileRow{Value: f.value, Headers: [][2]string{}}
		for name, value := range f.headers {
			text := base64.StdEncoding.EncodeToString(value)
			row.Headers = append(row.Headers, [2]string{name, text})
		}
		if err := enc.Encode(row); err != nil {
			return err
		}
	}
	return nil
}

func (t fileTransport) receive(topic string, count int) ([]frame, error) {
	file, err := os.Open(t.path(topic))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	frames := []frame{}
	dec := json.NewDecoder(bufio.NewReader(file))
	for len(frames) < count {
		var row fileRow
		if err := dec.Decode(&row); err != nil {
			return nil, fmt.Errorf("%d of %d frames: %w", len(frames), count, err)
		}
		f := frame{value: row.Value, headers: map[string][]byte{}}
		for _, pair := range row.Headers {
			value, err := base64.StdEncoding.DecodeString(pair[1])
			if err != nil {
				return nil, err
			}
			f.headers[pair[0]] = value
		}
		frames = append(frames, f)
	}
	return frames, nil
}
