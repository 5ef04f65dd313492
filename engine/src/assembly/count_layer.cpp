#include "assembly/count_layer.hpp"

#include <algorithm>

namespace papervault::engine::assembly {

std::size_t CountLayer::size_of(const CountBox& box, std::size_t columns, std::size_t size_max) noexcept
{
    std::size_t size = 1;
    for (std::size_t column = 0; column < columns; ++column) {
        size *= static_cast<std::size_t>(box.high(column) - box.low(column) + 1);
        if (size > size_max) { return size_max + 1; }
    }
    return size;
}

CountLayer::CountLayer(const CountBox& box, std::size_t columns, std::size_t words_each)
    : box_{box}, words_each_{words_each}
{
    for (std::size_t column = 0; column < columns; ++column) {
        strides_.push_back(size_);
        origin_ -= static_cast<std::size_t>(box.low(column)) * size_;
        size_ *= static_cast<std::size_t>(box.high(column) - box.low(column) + 1);
    }
    words_.assign(size_ * words_each_, 0);
}

void CountLayer::close()
{
    const std::size_t columns = strides_.size();
    std::vector<int> counts(columns);
    for (std::size_t column = 0; column < columns; ++column) { counts[column] = box_.low(column); }
    std::size_t words_used = 1;
    for (std::size_t place = 0; place < size_; ++place) {
        const auto words = number(place);
        std::size_t used = words.size();
        while (used > 0 && words[used - 1] == 0) { --used; }
        if (used > 0) {
            Lanes packed = 0;
            int sum = 0;
            for (std::size_t column = 0; column < columns; ++column) {
                packed |= lanes::make(column, counts[column]);
                sum += counts[column];
            }
            entries_.push_back({packed | lanes::make(sum_lane, sum), place});
            total_ += words;
            words_used = std::max(words_used, used);
        }
        for (std::size_t column = 0; column < columns; ++column) {
            if (++counts[column] <= box_.high(column)) { break; }
            counts[column] = box_.low(column);
        }
    }
    if (words_used == words_each_) { return; }
    for (std::size_t place = 0; place < size_; ++place) {
        std::copy_n(words_.data() + place * words_each_, words_used, words_.data() + place * words_used);
    }
    words_each_ = words_used;
    words_.resize(size_ * words_each_);
    words_.shrink_to_fit();
}

} // namespace papervault::engine::assembly
