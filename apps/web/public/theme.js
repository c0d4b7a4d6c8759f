// Runs before the first paint, so that a chosen theme never flashes. `src/theme.ts` writes what is read here.
(function () {
  try {
    var theme = localStorage.getItem('docket.theme');
    if (theme !== 'light' && theme !== 'dark') return;
    document.documentElement.dataset.theme = theme;
    document.querySelectorAll('meta[name="theme-color"]').forEach(function (meta) {
      meta.content = theme === 'dark' ? '#111317' : '#fbfaf7';
    });
  } catch {
    // Storage is denied: the system's theme it is.
  }
})();
