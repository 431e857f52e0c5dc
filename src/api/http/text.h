// Small text predicates of the wire, private to api/http. Pure functions, linear time.
#pragma once

#include <string>
#include <string_view>

namespace headwater::api::http {

// ASCII only.
char lower(char c);
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool is_token_char(char c);                    // RFC 9110 tchar
bool is_token(std::string_view text);          // one or more of them
bool is_digits(std::string_view text);         // one or more
std::string_view trim(std::string_view text);  // spaces and tabs at both ends

}  // namespace headwater::api::http
