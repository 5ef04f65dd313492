#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace papervault::engine::analysis {

/// A square symmetric matrix, small enough for plain loops.
class Symmetric {
public:
    explicit Symmetric(std::size_t size) : size_{size}, cells_(size * size, 0.0) {}
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] double& at(std::size_t row, std::size_t column) { return cells_[row * size_ + column]; }
    [[nodiscard]] double at(std::size_t row, std::size_t column) const { return cells_[row * size_ + column]; }

    /// In place: this becomes its Cholesky factor (lower). @return False where it is not positive definite.
    [[nodiscard]] bool factorise()
    {
        for (std::size_t column = 0; column < size_; ++column) {
            double diagonal = at(column, column);
            for (std::size_t k = 0; k < column; ++k) { diagonal -= at(column, k) * at(column, k); }
            if (!(diagonal > 0) || !std::isfinite(diagonal)) { return false; }
            diagonal = std::sqrt(diagonal);
            at(column, column) = diagonal;
            for (std::size_t row = column + 1; row < size_; ++row) {
                double value = at(row, column);
                for (std::size_t k = 0; k < column; ++k) { value -= at(row, k) * at(column, k); }
                at(row, column) = value / diagonal;
            }
        }
        return true;
    }
    /// x with (L Lᵀ) x = b. Only after factorise().
    void solve(std::vector<double>& b) const
    {
        for (std::size_t row = 0; row < size_; ++row) {
            for (std::size_t k = 0; k < row; ++k) { b[row] -= at(row, k) * b[k]; }
            b[row] /= at(row, row);
        }
        for (std::size_t row = size_; row-- > 0;) {
            for (std::size_t k = row + 1; k < size_; ++k) { b[row] -= at(k, row) * b[k]; }
            b[row] /= at(row, row);
        }
    }

private:
    std::size_t size_;
    std::vector<double> cells_;
};

} // namespace papervault::engine::analysis
