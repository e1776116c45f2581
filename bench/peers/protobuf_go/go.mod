module schemata/bench/protobuf

go 1.21

require (
	github.com/bufbuild/protocompile v0.14.1 // indirect
	golang.org/x/sync v0.8.0 // indirect
	google.golang.org/protobuf v1.34.2 // indirect
)
