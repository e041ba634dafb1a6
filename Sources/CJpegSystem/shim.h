/* Nothing of libjpeg is visible to Swift; the leaf CCamera wraps it. */
