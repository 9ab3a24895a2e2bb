#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::core {

/// Globs as Hadoop reads them: `*` any characters, `?` one, `[a-z]` one of these, `[^a-z]` one of the others, `{a,b}` one of the
/// texts, which may hold slashes and be globs themselves, and `\` before a character that means itself. A brace or bracket without its partner means
/// itself, too; so do braces and commas between brackets.

/// Whether a text means anything but itself.
bool isGlob(std::string_view text);

/// The globs without braces that one with braces stands for, in the order of its alternatives; some may be equal.
/// IllegalArgument for more than 10,000.
std::vector<std::string> expandBraces(const std::string& glob);

/// The texts between the commas that are neither inside of braces nor behind `\`.
std::vector<std::string> splitAtCommas(std::string_view list);

/// Whether a name matches a glob without braces.
bool matchesGlob(const std::string& glob, const std::string& name);

/// What a text without wildcards means: the text without its `\`.
std::string withoutEscapes(std::string_view text);

}  // namespace millrace::core
