// The one translation unit that compiles Beast's non-template parts (separate compilation).
#include <boost/beast/src.hpp>
