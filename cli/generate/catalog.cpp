// Zipf's law in integers: the weight of rank k is C / (k + q). The q keeps the first few products from selling more
// than all others together, as in real shops.
#include "cli/generate/catalog.h"

#include <array>

namespace daybook::cli {
namespace {

constexpr std::uint64_t kCatalogSeed = 20240101;
constexpr std::size_t kProducts = 2400;
constexpr std::uint64_t kZipfScale = 1'000'000'000;
constexpr std::uint64_t kZipfShift = 12;

constexpr std::array<std::string_view, 15> kLooks{"RED",     "WHITE", "VINTAGE", "RETROSPOT", "PINK POLKADOT",
                                                  "IVORY",   "BLUE",  "FELT",    "PAISLEY",   "SET OF 3",
                                                  "FROSTED", "SMALL", "LARGE",   "WOODEN",    "ANTIQUE SILVER"};
constexpr std::array<std::string_view, 10> kMotifs{"HEART", "ROSE",      "BIRD",   "STAR",    "CHERRY",
                                                   "OWL",   "CHRISTMAS", "GARDEN", "KITCHEN", "STRAWBERRY"};
constexpr std::array<std::string_view, 16> kThings{
    "LANTERN", "LUNCH BOX", "T-LIGHT HOLDER", "CAKE STAND",    "DOORMAT", "MUG",      "HOT WATER BOTTLE", "BUNTING",
    "CLOCK",   "JAM JAR",   "TEA TOWEL",      "PICTURE FRAME", "CANDLE",  "GIFT BAG", "NOTEBOOK",         "COAT RACK"};
static_assert(kLooks.size() * kMotifs.size() * kThings.size() == kProducts);

struct Country {
  std::string_view name;
  std::uint64_t weight;
};
constexpr std::array<Country, 14> kCountries{{{"United Kingdom", 9000},
                                              {"Germany", 240},
                                              {"France", 220},
                                              {"EIRE", 180},
                                              {"Spain", 70},
                                              {"Netherlands", 60},
                                              {"Belgium", 50},
                                              {"Switzerland", 50},
                                              {"Portugal", 40},
                                              {"Australia", 30},
                                              {"Norway", 25},
                                              {"Italy", 20},
                                              {"Channel Islands", 10},
                                              {"Unspecified", 5}}};

Product product_at(std::size_t place, Random& random) {
  Product product;
  product.sku = std::to_string(20000 + place * 7);
  if (place % 6 == 5) product.sku.push_back(static_cast<char>('A' + place / 6 % 12));
  product.description.append(kLooks[place % kLooks.size()]).append(" ");
  product.description.append(kMotifs[place / kLooks.size() % kMotifs.size()]).append(" ");
  product.description.append(kThings[place / (kLooks.size() * kMotifs.size())]);
  // Cheap things are bought by the dozen.
  const std::uint64_t tier = random.below(10);
  const std::uint64_t pence = tier < 5   ? random.between(19, 199)
                              : tier < 9 ? random.between(200, 899)
                                         : random.between(900, 2995);
  product.price_thousandths = static_cast<std::int64_t>(pence * 10);
  product.usual_quantity_max = tier < 5 ? 24 : tier < 9 ? 12 : 4;
  return product;
}

}  // namespace

Catalog::Catalog() {
  Random random(kCatalogSeed);
  products_.reserve(kProducts);
  for (std::size_t place = 0; place < kProducts; ++place) products_.push_back(product_at(place, random));
  // Names run through the list in order, popularity must not.
  for (std::size_t place = kProducts; place > 1; --place) {
    std::swap(products_[place - 1], products_[random.below(place)]);
  }
  for (std::size_t rank = 0; rank < kProducts; ++rank) popularity_.add(kZipfScale / (rank + 1 + kZipfShift));
  for (const Country& country : kCountries) countries_.add(country.weight);
}

std::string_view Catalog::pick_country(Random& random) const {
  return kCountries[countries_.pick(random)].name;
}

}  // namespace daybook::cli
