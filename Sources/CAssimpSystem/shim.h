/* C++ library: nothing of it is visible here; the leaf target wraps it. */
