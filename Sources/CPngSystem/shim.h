/* Nothing of libpng is visible to Swift; the leaf CPng wraps it. */
