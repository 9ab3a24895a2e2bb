// Prints the settings as docs/configuration.md shows them; scripts/configuration puts the text there.

#include <millrace/contexts/config_keys.hpp>

#include <iostream>

namespace {

std::string_view orDash(std::string_view text) { return text.empty() ? "–" : text; }

}  // namespace

int main() {
  std::cout << "| setting | meaning | default | unit |\n|---|---|---|---|\n";
  for (const millrace::ConfigEntry* entry : millrace::config::entries()) {
    std::cout << "| `" << entry->name << "` | " << entry->meaning << " | " << orDash(entry->defaultText)
              << " | " << orDash(entry->unit) << " |\n";
  }
  std::cout << "\nUnderstood, but without effect yet:\n\n";
  for (std::string_view name : millrace::config::withoutEffectYet()) std::cout << "- `" << name << "`\n";
}
