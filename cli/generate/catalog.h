// The shop's products and where its customers live: the same for every seed, so that runs with other seeds sell the
// same goods.
//
// Threads: any (const). Owns: the products.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/generate/weighted.h"

namespace daybook::cli {

/// Something to sell.
struct Product {
  std::string sku;                       ///< Five digits, for some a letter behind them.
  std::string description;               ///< Upper case, plain ASCII.
  std::int64_t price_thousandths = 0;    ///< Whole pence.
  std::uint64_t usual_quantity_max = 0;  ///< An ordinary line has 1 to this many pieces.
};

/// Products by popularity, and countries by theirs.
class Catalog {
 public:
  Catalog();

  [[nodiscard]] const std::vector<Product>& products() const { return products_; }
  /// A product's place; the k-th is bought about 1/k as often as the first (Zipf).
  [[nodiscard]] std::size_t pick_product(Random& random) const { return popularity_.pick(random); }
  /// A country, nine times in ten the shop's own.
  [[nodiscard]] std::string_view pick_country(Random& random) const;

 private:
  std::vector<Product> products_;
  Weighted popularity_;
  Weighted countries_;
};

}  // namespace daybook::cli
