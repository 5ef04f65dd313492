#include <papervault/crypto/bytes.hpp>
