#include "api/v1/moment_cursor.h"

namespace headwater::api::v1 {

Result<ListPage> list_page(Context& context) {
  ListPage out;
  HW_TRY(out.paging, paging(context, 3));
  out.first = out.paging.page.offset;
  if (!out.paging.after) return out;
  context.details.parameter = "cursor";
  const dto::CursorFields& fields = *out.paging.after;
  query::Moment moment;
  HW_TRY(moment.as_of, dto::read_cursor_number(fields[0]));
  HW_TRY(const std::int64_t seq, dto::read_cursor_number(fields[1]));
  HW_TRY(const std::int64_t first, dto::read_cursor_number(fields[2]));
  if (first < 0) return wrong_cursor(context);
  moment.known_at = model::Seq{static_cast<std::uint64_t>(seq)};
  out.moment = moment;
  out.first = static_cast<std::size_t>(first);
  context.details.parameter.clear();
  return out;
}

std::optional<std::string> cursor_after(const ListPage& page, const query::Session& session,
                                        std::size_t size) {
  if (page.end() >= size) return std::nullopt;
  return dto::encode_cursor(page.paging.binding,
                            {dto::cursor_number(session.moment().as_of),
                             dto::cursor_number(static_cast<std::int64_t>(session.seq().value)),
                             dto::cursor_number(static_cast<std::int64_t>(page.end()))});
}

}  // namespace headwater::api::v1
