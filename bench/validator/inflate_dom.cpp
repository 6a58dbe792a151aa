// inflate_dom FILE.gz: what reading a recording costs before anything is
// checked.
//
// Inflates the members of the file with ISA-L and parses every line of text
// with simdjson's DOM parser, and looks at nothing that it finds: on one
// thread, from the pages of the file, each member at once into a buffer that
// stays in the cache. No line is copied but one that goes on in the next
// member. Prints the lines and the seconds from opening the file to the last
// line; exit 1 if a line is not JSON or the file is damaged.
#include <isa-l/igzip_lib.h>
#include <simdjson.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace
{

[[noreturn]] void give_up(const char *what)
{
    std::fprintf(stderr, "inflate_dom: %s\n", what);
    std::exit(1);
}

struct bytes {
    uint8_t *at;
    size_t len;
};

bytes map_file(const char *path)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &about) || about.st_size == 0)
        give_up("cannot read the file");
    void *at = mmap(nullptr, size_t(about.st_size), PROT_READ,
                    MAP_PRIVATE | MAP_POPULATE, fd, 0);

    close(fd);
    if (at == MAP_FAILED)
        give_up("cannot read the file");
    return {static_cast<uint8_t *>(at), size_t(about.st_size)};
}

// Lines of a text that comes in pieces.
class Lines
{
  public:
    uint8_t *room()
    {
        return text.data() + used;
    }
    size_t left() const
    {
        return text.size() - simdjson::SIMDJSON_PADDING - used;
    }
    void grow()
    {
        text.resize(2 * text.size());
    }
    void came(size_t len)
    {
        uint8_t *at = text.data();
        uint8_t *end = at + used + len;

        for (;;) {
            auto *stop =
                static_cast<uint8_t *>(std::memchr(at, '\n', size_t(end - at)));

            if (!stop)
                break;
            parse(at, size_t(stop - at));
            at = stop + 1;
        }
        used = size_t(end - at);
        std::memmove(text.data(), at, used);
    }
    size_t seen = 0;

  private:
    void parse(const uint8_t *line, size_t len)
    {
        simdjson::dom::element e;

        if (parser.parse(line, len, false).get(e))
            give_up("a line is not JSON");
        seen++;
    }

    simdjson::dom::parser parser;
    std::vector<uint8_t> text = std::vector<uint8_t>(128 * 1024);
    size_t used = 0;
};

// One member at the start of the data; the bytes that it takes there.
size_t inflate(bytes data, Lines &lines)
{
    static inflate_state state;

    for (;; lines.grow()) {
        int code;

        isal_inflate_init(&state);
        state.crc_flag = ISAL_GZIP;
        state.next_in = data.at;
        state.avail_in =
            uint32_t(data.len < UINT32_MAX ? data.len : UINT32_MAX);
        state.next_out = lines.room();
        state.avail_out = uint32_t(lines.left());
        code = isal_inflate_stateless(&state);
        if (code == ISAL_OUT_OVERFLOW)
            continue;
        if (code != ISAL_DECOMP_OK || state.next_in == data.at)
            give_up("the file is damaged");
        lines.came(state.total_out);
        return size_t(state.next_in - data.at);
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: inflate_dom FILE.gz\n");
        return 2;
    }
    auto from = std::chrono::steady_clock::now();
    bytes file = map_file(argv[1]);
    Lines lines;

    for (size_t at = 0; at < file.len;)
        at += inflate({file.at + at, file.len - at}, lines);
    std::chrono::duration<double> took =
        std::chrono::steady_clock::now() - from;
    std::printf("{\"lines\":%zu,\"seconds\":%.6f}\n", lines.seen, took.count());
    return 0;
}
