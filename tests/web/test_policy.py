"""What a page must not do, no browser does; and it is heard of."""

from browsing import Site
from running import wait_until


def test_what_the_policy_forbids_is_reported_and_fails_the_test_of_a_page(site: Site) -> None:
    page = site.window()
    page.goto("/sign-in")
    assert site.complaints == []
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate("fetch('https://example.org/').catch(() => null)")
    wait_until(lambda: len([one for one in site.complaints if "a browser refused" in one]) == 2)
    assert page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    site.complaints.clear()
