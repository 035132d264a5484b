// A Python with the official SDK and Flask: LOAM_TEST_PYTHON, made by .ci/run. Required in CI.
export const python = process.env.LOAM_TEST_PYTHON ?? ''

export const withoutPython =
  python !== '' || process.env.CI === 'true'
    ? false
    : 'set LOAM_TEST_PYTHON to a Python with terra-python==1.1.0 and flask'
