"""What follows the site from outside: Atom feeds, and the sitemap for search engines."""
