// How the browser tests start Chromium: without a sandbox, a GPU, and all that only a person at its window needs.

/** Of these Chromium heeds the last list only, so what Playwright disables is said again. */
const DISABLED_BY_PLAYWRIGHT = [
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'TcpPortRandomizationWin',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
];
/** The list below the address bar is a page of its own, made for each window: 0.7 s of processor time for each test. */
const ADDRESS_BAR = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];

/** Nothing is asked or fetched by itself, and no GPU is wanted. */
export const QUIET_CHROMIUM: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The same, without pages of its own. */
export const PERSONLESS_CHROMIUM: readonly string[] = [
  ...QUIET_CHROMIUM,
  `--disable-features=${[...DISABLED_BY_PLAYWRIGHT, ...ADDRESS_BAR].join(',')}`,
];

export const CHROMIUM_ARGUMENTS: readonly string[] = [
  ...PERSONLESS_CHROMIUM,
  // As the command has it: what each page boots is too short to be worth optimising early.
  '--js-flags=--wasm-tiering-budget=1000000000',
];
