"""Pages of the API: by key, never by offset, newest first, so that a page costs the same however much is stored."""

from rest_framework.pagination import CursorPagination


class Cursor(CursorPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"
