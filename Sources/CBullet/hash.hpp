#pragma once

#include <cstdint>
#include <cstring>

#include "LinearMath/btTransform.h"

namespace cb {

/// FNV-1a, 64 bit (Fowler, Noll and Vo), over the bytes of the numbers it is given.
class Hash {
public:
    explicit Hash(uint64_t seed = 0xcbf29ce484222325ULL) : state_(seed) {}

    void add(uint64_t bits) {
        for (int shift = 0; shift < 64; shift += 8) {
            state_ ^= (bits >> shift) & 0xff;
            state_ *= 0x100000001b3ULL;
        }
    }

    void add(double value) {
        uint64_t bits;
        std::memcpy(&bits, &value, sizeof bits);
        add(bits);
    }

    void add(const btVector3 &v) {
        for (int i = 0; i < 3; ++i) add(double(v[i]));
    }

    void add(const btQuaternion &q) {
        for (int i = 0; i < 4; ++i) add(double(q[i]));
    }

    void add(const btTransform &t) {
        for (int i = 0; i < 3; ++i) add(t.getBasis()[i]);
        add(t.getOrigin());
    }

    uint64_t value() const { return state_; }

private:
    uint64_t state_;
};

}  // namespace cb
