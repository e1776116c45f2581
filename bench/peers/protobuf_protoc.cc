// Microseconds of one parse by protoc's own parser: text to FileDescriptorProto, nothing resolved. The
// peer of bench/protobuf_parse.c, which also resolves every name and prints.
//
//     protobuf_protoc FILE
#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    std::ifstream file(argv[1]);
    std::stringstream text;
    text << file.rdbuf();
    const std::string proto = text.str();
    double best = 1e18;
    for (int round = 0; round < 5; round++) {
        auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < 100; i++) {
            google::protobuf::io::ArrayInputStream input(proto.data(), (int)proto.size());
            google::protobuf::io::Tokenizer tokenizer(&input, nullptr);
            google::protobuf::compiler::Parser parser;
            google::protobuf::FileDescriptorProto out;
            if (!parser.Parse(&tokenizer, &out))
                return 1;
        }
        std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - start;
        best = std::min(best, spent.count() / 100);
    }
    std::printf("%.1f\n", best);
}
