// Fontconfig and cairo keep fonts they have loaded until the process ends, without a call that gives them back.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions()
{
    return "leak:libfontconfig\nleak:libcairo\nleak:libpango\n";
}
